"""The words of the product as values: ids, errors, items, events, the transcript they make."""
