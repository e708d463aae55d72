"""The pure fold: event in, commands out. No clock, socket, file, randomness, logging, pluggy or asyncio in here."""
