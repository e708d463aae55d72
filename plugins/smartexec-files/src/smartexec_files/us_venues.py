"""US equity tape letters and the ISO 10383 market identifiers they stand for. A table, nothing else.

Letters as in the exchange column of AlgoSeek and LEAN tick data (NYSE TAQ participant letters), around 2013. "S", the
consolidated tape itself, is no venue and is left out on purpose.
"""

from types import MappingProxyType
from typing import Final

MICS: Final = MappingProxyType(
    {
        "A": "XASE",  # NYSE MKT, formerly the American Stock Exchange
        "B": "XBOS",  # NASDAQ OMX BX, formerly Boston
        "C": "XCIS",  # National Stock Exchange, formerly Cincinnati
        "D": "FINR",  # FINRA facilities: all off-exchange prints, dark pools among them
        "I": "XISX",  # International Securities Exchange
        "J": "EDGA",  # Direct Edge A
        "K": "EDGX",  # Direct Edge X
        "M": "XCHI",  # Chicago Stock Exchange
        "N": "XNYS",  # New York Stock Exchange
        "P": "ARCX",  # NYSE Arca
        "Q": "XNAS",  # NASDAQ, its own listings
        "T": "XNAS",  # NASDAQ, other listings
        "W": "CBSX",  # CBOE Stock Exchange
        "X": "XPSX",  # NASDAQ OMX PSX; XPHL is the options exchange
        "Y": "BATY",  # BATS Y
        "Z": "BATS",  # BATS Z
    }
)
