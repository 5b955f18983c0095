"""Work orders: their status machine, their parts, how they are written and shown."""
