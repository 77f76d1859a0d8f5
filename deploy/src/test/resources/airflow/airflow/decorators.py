"""Stands in for Airflow's decorators: notes tasks, their order and the DAG's arguments."""

TASKS = []
ARGUMENTS = {}


class Operator:
    def __init__(self, name, function, arguments):
        self.name, self.function, self.arguments = name, function, arguments
        self.after = None
        TASKS.append(self)

    def __rshift__(self, other):
        other.after = self.name
        return other


def task(task_id):
    return lambda function: lambda *arguments: Operator(task_id, function, arguments)


def dag(**arguments):
    ARGUMENTS.update(arguments)
    return lambda function: function
