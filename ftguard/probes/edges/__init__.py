"""Edge cases made from the target probes: two queries in one, ambiguous ones, odd formatting."""

from ftguard.probes.edges.making import edge_cases as edge_cases
