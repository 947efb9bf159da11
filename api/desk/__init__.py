"""The desk: pages for people, rendered here, working without scripts where they can."""
