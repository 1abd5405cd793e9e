"""Having files searched, here or at the upstream that searches its own copies."""
