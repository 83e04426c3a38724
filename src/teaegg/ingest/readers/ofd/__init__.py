"""OFD (GB/T 33190-2016), the Chinese standard for official documents and electronic invoices."""
