"""Articles to an index, and questions to cited answers; knows neither Discord nor a terminal."""
