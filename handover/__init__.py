"""From one office to another, with proof: packages, parcels, checks, decisions, minutes, receipts."""
