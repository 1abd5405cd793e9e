"""Several processes on one database, as their visitors see them: each an app in this process here."""
