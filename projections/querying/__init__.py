"""Ad-hoc SQL over the archive and the read models, in a database that is thrown away after."""
