"""Written answers: a language model joins cited sentences, and each sentence that it writes is checked."""
