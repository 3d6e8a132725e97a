"""What stands behind the scripts: PostgreSQL, Odoo, databases, checks.

The scripts call it with the Python of ``.venv``; nothing here imports Odoo.
"""
