//! Desks, a hub and every fault between them, in one process, from a seed.
