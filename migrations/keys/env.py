"""Environment of migrations/keys."""

from verify.migrating import run_environment

run_environment("keys")
