"""The rights that three roles need on Postgres, as SQL to be read and run by whoever may give them.

The owner makes the tables and migrates them; a writer appends through a function and can change
nothing; a reader reads, but not the key of the request hashes. Who reports or seals needs to
write tables of its own.
"""

from __future__ import annotations

OWNER, WRITER, READER = "acquit_owner", "acquit_writer", "acquit_reader"

SQL = f"""\
-- Roles of an Acquit ledger on Postgres. Run it in its database, as one who may make roles,
-- after `acquit init` has made the tables. Each is a group: grant it to those who log in.
DO $$ BEGIN CREATE ROLE {OWNER} NOLOGIN; EXCEPTION WHEN duplicate_object THEN END $$;
DO $$ BEGIN CREATE ROLE {WRITER} NOLOGIN; EXCEPTION WHEN duplicate_object THEN END $$;
DO $$ BEGIN CREATE ROLE {READER} NOLOGIN; EXCEPTION WHEN duplicate_object THEN END $$;

-- The owner makes tables and migrates; nobody works under it.
GRANT ALL ON SCHEMA public TO {OWNER};

-- A reader sees everything but the key of the request hashes.
GRANT USAGE ON SCHEMA public TO {READER};
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER};
REVOKE ALL ON ledger_secrets FROM {READER};

-- A writer reads, and appends through the one function; it changes and deletes nothing.
GRANT USAGE ON SCHEMA public TO {WRITER};
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {WRITER};
GRANT EXECUTE ON FUNCTION acquit_append TO {WRITER};

-- Who reports folds into tables of its own, and who seals adds to these; give both to a role that
-- is not the writer's:
--   GRANT CREATE ON SCHEMA public TO ...;
--   GRANT INSERT ON audit_seals, audit_nodes, audit_keys, audit_stamps TO ...;
"""  # noqa: S608 - our own names
