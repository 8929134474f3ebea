"""Code that a model wrote, run against tests that the caller gave: where it can do nothing but compute.

    function ──job──▶ tester   runs the caller's tests; says passed or failed
       │                ▲ │
       │       values   │ │ calls
       │                │ ▼
       └─────job────▶ solution   runs the model's code

Both are processes of their own: `python -I` with an empty environment, an own empty folder, limits on CPU, memory,
files and processes, and then a seccomp filter (lockdown.py) that leaves them memory, the clock and the pipes they hold.
After it nothing can be opened, no socket, no process, no thread: modules are loaded before. Where the filter cannot be
installed, or does not hold when it is tried, nothing is run, and that counts as not verified.

The model's code never shares a process with the tests. It is sent calls, and what it answers arrives as plain values
(wire.py): it cannot see what is expected, patch an assertion, end the tests with exit code 0, or return an object that
equals everything.

They are children of the function that answers, not a function of their own: calling one function from another is
nothing that this platform does elsewhere, and there is nothing of the function's account that they could reach. Its
token is behind a socket, its secrets are in files and in an environment that they do not have. Cloud Run's own
sandbox is around all of it.
"""
