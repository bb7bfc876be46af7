"""What SQL remembers: agenda, deliveries, mappings, cycles."""
