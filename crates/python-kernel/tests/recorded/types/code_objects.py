compile("1", "<q>", "eval")
(lambda: 1).__code__.co_name
