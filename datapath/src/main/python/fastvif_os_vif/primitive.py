"""os-vif's objects as what JSON can say of them."""

from oslo_versionedobjects import base


def of(thing):
    """As obj_to_primitive() has it, without the lists of what was changed.

    The agent does not need those, os-vif takes longer to find them than for all the rest, and has them
    in another order in each process.
    """
    data = {}
    for name, field in thing.fields.items():
        if thing.obj_attr_is_set(name):
            data[name] = _value(thing, name, field, getattr(thing, name))
    key = thing.OBJ_SERIAL_NAMESPACE + "."
    return {
        key + "name": thing.obj_name(),
        key + "namespace": thing.OBJ_PROJECT_NAMESPACE,
        key + "version": thing.VERSION,
        key + "data": data,
    }


def _value(thing, name, field, value):
    if isinstance(value, base.VersionedObject):
        return of(value)
    if isinstance(value, list) and value and isinstance(value[0], base.VersionedObject):
        return [of(each) for each in value]
    return field.to_primitive(thing, name, value)
