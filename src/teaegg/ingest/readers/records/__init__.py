"""Records that programs exchange (JSON, JSON lines, XML): each a row "key: value；key: value"."""
