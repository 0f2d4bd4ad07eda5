"""What the law says: text and data, read, checked and made one policy. It never evaluates."""
