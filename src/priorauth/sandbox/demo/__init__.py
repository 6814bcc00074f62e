"""The main job, shown end to end from outside: an EHR sends 278 requests to a gateway with simulated delegates."""
