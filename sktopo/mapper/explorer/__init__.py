"""The explorer: graphs of Mapper as one page that opens from disk."""
