"""From process to process: who is asked for a thread that is at home elsewhere passes it on."""
