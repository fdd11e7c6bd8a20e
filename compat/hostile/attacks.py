def attack(kind, report): pass
