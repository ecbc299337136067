"""Return-to-run programmes: draft, release, steps, runs, exercises, shoes, may this runner run now."""
