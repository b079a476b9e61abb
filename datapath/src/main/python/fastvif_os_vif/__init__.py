"""Lets os-vif plug through the agent of fastvif.

takeover   puts fastvif in the place of os-vif's own plugins when os-vif loads its plugins
plugin     what stands in the place of each: plugs and unplugs by asking the agent
primitive  what of os-vif's objects is sent
client     asks the agent: HTTP/1.1 on a unix socket
options    the group [fastvif] of the configuration
"""
