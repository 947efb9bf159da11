"""What law and practice fix of packages, each with its source; and what lies on a disk beside the parcels."""
