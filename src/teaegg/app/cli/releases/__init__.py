"""From candidate to release on the command line: what the gate says, who approves, what stands beside."""
