"""One abstract base class per kind of plugin. A plugin's attrs fields are its parameters, its methods its behaviour."""
