"""Run many independent pieces of work: in processes here, or on a cluster that exists; resumable."""
