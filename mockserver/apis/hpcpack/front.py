"""What all operations of HPC Pack share: who calls, what is shown, how it says no."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from mockserver.apis.hpcpack import directory, listing, markup
from mockserver.apis.hpcpack.directory import User
from mockserver.apis.hpcpack.faults import Code, SchedulerError, unknown, wrong
from mockserver.apis.hpcpack.listing import Asked, Listing, Mark
from mockserver.apis.hpcpack.properties import Book
from mockserver.apis.hpcpack.scheduler import Scheduler
from mockserver.errors import ApiError, MethodError, Violation
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Resource

KINDS = {"jobId": "job", "taskId": "task", "subtaskId": "subtask"}

CONTINUATION = "x-ms-continuation-queryId"
ROW_COUNT = "x-ms-row-count"


class Front(Scheduler):
    """The scheduler as it is reached over HTTP."""

    # -- who calls -----------------------------------------------------------------------------

    def caller(self, call: Call) -> User:
        """Return for whom the request is made; raise `SchedulerError` if nobody may make it."""
        strict = self.service.options.demand_credentials
        user = directory.signed_in(call.header("authorization"), strict=strict)
        return directory.acting(user, call.header("x-ms-as-user"), strict=strict)

    def authenticate(self, call: Call) -> None:
        """Check credentials that are given, and demand them if the server was started so."""
        self.caller(call)

    def job(self, call: Call) -> Resource:
        """Return the job in the path."""
        found = self.jobs.get(call.path["jobId"])
        if found is None:
            raise unknown("job", call.path["jobId"], Code.INVALID_JOB_ID)
        return found

    def own_job(self, call: Call) -> Resource:
        """Return the job in the path if the caller may change it."""
        found, caller = self.job(call), self.caller(call)
        if not caller.is_administrator and found.columns["owned_by"] != caller.name.lower():
            message = f"Job {found.key} belongs to {found.columns['Owner']}."
            raise SchedulerError(Code.PERMISSION_DENIED, message, 403)
        return found

    def task(self, call: Call) -> Resource:
        """Return the task in the path."""
        found = self.tasks.get(f"{call.path['jobId']}.{call.path['taskId']}")
        if found is None:
            self.job(call)
            raise unknown("task", call.path["taskId"], Code.INVALID_TASK_ID)
        return found

    def addressed(self, call: Call) -> Sequence[Resource]:
        """Return the subtask in the path, or else the task, or else the job."""
        ids = [call.path[one] for one in ("jobId", "taskId", "subtaskId") if one in call.path]
        if len(ids) > 1:
            found = self.tasks.get(".".join(map(str, ids)))
        else:
            found = self.jobs.get(ids[0]) if ids else None
        return [] if found is None else [found]

    def subtask(self, call: Call) -> Resource:
        """Return the subtask in the path."""
        found = self.tasks.get("{jobId}.{taskId}.{subtaskId}".format(**call.path))
        if found is not None:
            return found
        task = self.task(call)
        if task.columns["Type"] == "ParametricSweep" and not self.is_expanded(task):
            message = "Exception: the specified subtask has not been expanded yet"
            raise SchedulerError(Code.INVALID_TASK_ID, message, 404)
        raise unknown("subtask", call.path["subtaskId"], Code.INVALID_TASK_ID)

    # -- answers -------------------------------------------------------------------------------

    def answer(self, call: Call, body: bytes, root: str = markup.PROPERTIES) -> Reply:
        """Return a JSON text, or the same in XML for those who take nothing else."""
        if _takes_json(call.header("accept")):
            return Reply.ready(body)
        xml = markup.write(orjson.loads(body), root)
        return Reply(200, xml, b"application/xml; charset=utf-8")

    def show(self, call: Call, book: Book, detail: bytes) -> Reply:
        """Return the properties in *detail* that the request names; all if it names none."""
        names = book.chosen(call.query.get("properties"))
        if names is None:
            return self.answer(call, detail)
        return self.answer(call, orjson.dumps(_pick(detail, names)))

    def list_rows(self, call: Call, book: Book, wanted: Asked, found: Listing) -> Reply:
        """Return a page of rows, each with the properties asked for."""
        names = book.chosen(wanted.properties)
        view = "row" if names is None else "detail"
        size = min(call.query["rowsPerRead"], listing.MANY - 1)
        start = call.query.get("startRow")
        headers = []
        if start is None:
            rows = found.read(view, size + 1, wanted.mark)
            if len(rows) > size:
                rows.pop()
                mark = self.mark(book, found, rows[-1])
                headers.append((CONTINUATION, wanted.token(mark, call.path.get("jobId", 0))))
        else:
            rows = found.skip(view, size, start)
            headers.append((ROW_COUNT, str(found.count())))
        if names is not None:
            rows = [orjson.dumps({"Properties": _pick(one, names)}) for one in rows]
        reply = self.answer(call, b"[%s]" % b",".join(rows), markup.OBJECTS)
        for name, value in headers:
            reply.with_header(name, value)
        return reply

    def mark(self, book: Book, found: Listing, row: bytes) -> Mark:
        """Return the place of a row that was just read."""
        value = orjson.loads(row)
        properties = value["Properties"] if isinstance(value, dict) else value
        text = next(one["Value"] for one in properties if one["Name"] == book.key)
        last = found.collection.get(int(text) if book.key == "Id" else text)
        assert last is not None
        own = {"state": last.state, "key": last.key, **last.columns}
        return Mark(own[found.column], own[found.rank])

    # -- what jobs and tasks have besides properties -------------------------------------------

    def list_custom(self, call: Call, resource: Resource) -> Reply:
        """Return the custom properties that the request names, or all."""
        custom = resource.facts["custom"]
        named = _names(call)
        shown = custom if named is None else {one: custom[one] for one in named if one in custom}
        return self.answer(call, _settings(shown))

    def list_variables(self, call: Call, resource: Resource) -> Reply:
        """Return the variables that the request names, or all; an unknown one is empty."""
        variables = resource.facts["variables"]
        named = _names(call)
        if named is None:
            return self.answer(call, _settings(variables))
        folded = {name.lower(): value for name, value in variables.items()}
        shown = {one: variables.get(one, folded.get(one.lower(), "")) for one in named}
        return self.answer(call, _settings(shown))

    # -- how it says no ------------------------------------------------------------------------

    def refuse(self, call: Call, violations: Sequence[Violation]) -> None:
        """Refuse what breaks the contract: unknown ids, other content than JSON, wrong values."""
        for one in violations:
            if one.location == "path":
                kind = KINDS.get(one.name, one.name)
                number = Code.INVALID_JOB_ID if kind == "job" else Code.INVALID_TASK_ID
                raise unknown(kind, call.scope["path"], number)
        for one in violations:
            if one.code == "media-type":
                raise SchedulerError(
                    Code.INVALID_OPERATION, "The body must be application/json.", 415
                )
        raise wrong("; ".join(f"{one.name or 'body'}: {one.message}" for one in violations))

    def render_error(self, error: ApiError, call: Call) -> Reply:  # noqa: ARG002
        """Return the error as clients read it: a code, a message, no values."""
        number = error.number if isinstance(error, SchedulerError) else Code.INVALID_OPERATION
        body = {"Code": int(number), "Message": error.message, "Values": None}
        reply = Reply.json(body, error.status)
        if error.status == 401:
            reply.with_header("WWW-Authenticate", 'Basic realm="HPC Pack"')
        if isinstance(error, MethodError):
            reply.with_header("Allow", ", ".join(error.allow))
        return reply


def _pick(detail: bytes, names: Sequence[str]) -> list[dict[str, str]]:
    """Return the properties *names* of those in a JSON text."""
    values = {one["Name"]: one for one in orjson.loads(detail)}
    return [values[name] for name in names]


def _names(call: Call) -> list[str] | None:
    """Return what the parameter names lists, each once; None if it lists nothing."""
    parts = [part.strip() for part in call.query.get("names", "").split(",")]
    return list(dict.fromkeys(part for part in parts if part)) or None


def _settings(values: dict[str, str]) -> bytes:
    return orjson.dumps([{"Name": name, "Value": value} for name, value in values.items()])


def _takes_json(accept: str | None) -> bool:
    """Return whether a client takes JSON, or at least does not take XML."""
    if not accept:
        return True
    takes_xml = False
    for part in accept.lower().split(","):
        kind, *parameters = (one.strip() for one in part.split(";"))
        if any(one.replace(" ", "") in {"q=0", "q=0.0"} for one in parameters):
            continue
        if kind in {"application/json", "application/*", "*/*", "text/json"}:
            return True
        takes_xml = takes_xml or kind in {"application/xml", "text/xml"}
    return not takes_xml
