"""Environment of migrations/main."""

from verify.migrating import run_environment

run_environment("main")
