"""Runs the migrations inside the transaction that `upgrade` opened; there is no other way to run them."""

from alembic import context

from connector.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
