"""Golden cases 验证用例: claims whose answer is agreed on; a draft is tried on those that consult its catalog (spec curation.md 5)."""
