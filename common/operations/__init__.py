"""What those who run the service look at: is it well, is what was restored what was there."""
