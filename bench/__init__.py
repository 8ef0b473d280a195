"""How fast, how large, how many requests: ratios, each measured side by side with what it is compared with."""
