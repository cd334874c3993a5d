"""The parts of ops/chaos: servers, a fleet of images, what goes wrong, and the verdict."""
