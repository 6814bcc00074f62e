"""What is reported of many reviews: the daily log, public metrics, oversight of delegates. Pure, from events alone."""
