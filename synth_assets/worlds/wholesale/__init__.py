"""A wholesaler's ERP: a year of consigned flower bought by the batch and sold by the pound.

Growers bring batches, nine of ten on consignment. Sixty clients order, ten of them most of it. Orders take
the oldest stock, invoices go out, a few goods come back, some invoices are paid late or never, and growers
are paid two weeks after the half-month in which their goods were sold. Everything is posted, and every table
is a projection of that one journal.
"""
