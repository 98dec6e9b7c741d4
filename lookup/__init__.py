"""The look-up page 药品保障查询: for anybody, without a key. It reads what is asked, calls services, and puts the answer into words."""
