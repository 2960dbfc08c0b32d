"""The newsroom's part of the desk: a module for each thing that editors do."""
