"""Arms of branches from their definition: a walk from the given neighbours that no branch is passed on."""

__all__ = ["arm_nodes", "points_beside"]


def arm_nodes(start, neighbours, branching):
    """Nodes of the arm that begins with some nodes, rising."""
    seen, ahead = set(), list(start)
    while ahead:
        node = ahead.pop()
        if node in seen:
            continue
        seen.add(node)
        if node not in branching:
            ahead += [other for other in neighbours[node] if other not in branching]
    return tuple(sorted(seen))


def points_beside(arms, members, own):
    """How many points the nodes of some arms hold that are not among a node's own."""
    return len({point for arm in arms for node in arm for point in members[node]} - set(own))
