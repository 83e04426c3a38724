"""What still stands between a scene and production, as a checklist with what to do next."""
