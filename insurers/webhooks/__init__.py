"""Webhooks: telling an insurer's own endpoint what happened.

`services` keeps endpoints and deliveries, `sending` makes one request; `addresses`, `signing` and `schedule` are pure. What is delivered when is a
table (WebhookDelivery), not a queue: a broker that forgets loses nothing.
"""
