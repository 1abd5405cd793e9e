"""The page behind a link to a chat: HTML made here, without any script."""
