"""What can be measured, one module each; every one has `measure(run)`."""
