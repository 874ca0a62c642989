"""Articles into the corpus folder, and out of it: from files, web pages, sites and feeds.

Nothing else in this project writes to the corpus, and nothing else in `index` uses the network.
"""
