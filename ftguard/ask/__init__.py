"""The only place that runs a model: answers, likelihoods, fingerprints, and no trace left.

Nothing is exported here, so that `ftguard.ask.answer` comes without torch.
"""
