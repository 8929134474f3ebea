"""Load jobs by upload: POST and PUT /upload/bigquery/v2/projects/{project}/jobs."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from infra.local.bigquery.errors import ApiError
from infra.local.bigquery.job_routes import JobRoutes
from infra.local.bigquery.uploads import Uploads, split_multipart
from infra.local.bigquery.wire import answer, json_body

_RESUME_INCOMPLETE = 308


class UploadRoutes:
    def __init__(self, jobs: JobRoutes) -> None:
        self._jobs = jobs
        self._uploads = Uploads()

    async def begin(self, request: Request) -> Response:
        """A whole multipart upload, or the opening of a resumable one."""
        project, kind = request.path_params["project"], request.query_params.get("uploadType")
        if kind == "multipart":
            job, data = split_multipart(request.headers.get("content-type", ""), await request.body())
            return await self._load(project, job, data)
        if kind != "resumable":
            raise ApiError(f"Unsupported uploadType: {kind}", "uploadType")
        upload_id = self._uploads.begin(project, await json_body(request))
        location = str(request.url.include_query_params(upload_id=upload_id))
        return Response(status_code=200, headers={"Location": location, "X-GUploader-UploadID": upload_id})

    async def receive(self, request: Request) -> Response:
        """One chunk of a resumable upload."""
        upload_id = request.query_params.get("upload_id", "")
        upload, done = self._uploads.receive(upload_id, request.headers.get("content-range"), await request.body())
        if done:
            return await self._load(upload.project, upload.job, bytes(upload.data))
        headers = {"Range": f"bytes=0-{len(upload.data) - 1}"} if upload.data else {}
        return Response(status_code=_RESUME_INCOMPLETE, headers=headers)

    async def _load(self, project: str, job: dict[str, Any], data: bytes) -> Response:
        configuration = job.get("configuration") or {}
        if "load" not in configuration:
            raise ApiError("An upload must be a load job")
        job_id = (job.get("jobReference") or {}).get("jobId")
        return answer((await self._jobs.runs.load(project, job_id, configuration, data)).answer())
