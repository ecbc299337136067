"""The clinic's software: registered, changed, given a new secret, revoked."""

import uuid
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.platform.api.etags import Conditional, check_if_match
from backend.platform.api.pagination import Ordering, PagedList
from clinics.api.views import ClinicAPIView
from clinics.clients.documents import (
    CHANGES,
    GRANTS,
    ISSUER_PROOF,
    KEYS,
    REGISTRATION,
    ROTATION,
    ClientChangesSerializer,
    ClientKeysSerializer,
    ClientRegistrationSerializer,
    ClientRotationSerializer,
    ClientSerializer,
    ClientWithSecretSerializer,
    IssuerProofSerializer,
    client_document,
    secret_document,
)
from clinics.clients.services.prove_issuer import prove_issuer
from clinics.clients.services.register import (
    change_client,
    register_client,
    revoke_client,
    rotate_secret,
    set_keys,
)
from clinics.identity.models import ApiClient


class ClientsView(ClinicAPIView):
    """What the views of clients share."""

    resource = "clients"
    logs_reads = False

    def locked(self, client_id: uuid.UUID) -> ApiClient:
        """The client, locked; other clinics' are not found."""
        return get_object_or_404(self.clinic.api_clients.select_for_update(), pk=client_id)

    def shown(self, client_id: uuid.UUID) -> ApiClient:
        """The client as it is now."""
        return get_object_or_404(self.clinic.api_clients, pk=client_id)

    def registered(self, document: dict[str, Any]) -> Response:
        """201 with its address."""
        address = self.request.build_absolute_uri(reverse("clinic-client", args=[document["id"]]))
        return Response(document, status=201, headers={"Location": address})


class ClientList(PagedList, ClientsView):
    """All clients, and new ones."""

    answers_once: ClassVar[frozenset[str]] = frozenset({"POST"})
    ordering: ClassVar[Ordering] = ("updated", "id")

    @extend_schema(
        operation_id="listClients",
        summary="List the clinic's software, the least recently changed first",
        responses=ClientSerializer(many=True),
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """What was revoked is among it. No answer holds a secret."""
        query = self.read_query()
        clients = self.clinic.api_clients.all()
        if since := query.pop("updated_since", None):
            clients = clients.filter(updated__gte=since)
        return self.page(clients, query, client_document)

    @extend_schema(
        operation_id="createClient",
        summary="Register software",
        request=ClientRegistrationSerializer,
        responses={201: ClientWithSecretSerializer},
    )
    def post(self, request: Request) -> Response:
        """The secret is in this answer and nowhere else.

        Scopes that your own token doesn't hold are refused. Answered again under the same Idempotency-Key,
        `client_secret` is null and `client_secret_status` says `shown_before`.
        """
        details = REGISTRATION.run_validation(request.data)
        details["grant_type"] = GRANTS[details["grant_type"]]
        client, secret = register_client(
            clinic=self.clinic, held=self.principal.scopes, now=timezone.now(), **details
        )
        return self.registered(secret_document(client, secret))

    def show_again(self, reference: uuid.UUID) -> Response:
        """The client as it is now, without its secret."""
        return self.registered(secret_document(self.shown(reference), None))


class ClientDetail(Conditional, ClientsView):
    """One client."""

    needs_if_match = frozenset({"PATCH"})
    conflicts = {"PATCH": ("conflict",)}

    @extend_schema(operation_id="getClient", summary="Read a client", responses=ClientSerializer)
    def get(self, request: Request, client_id: uuid.UUID) -> Response:  # noqa: ARG002
        """With the ETag that a change needs."""
        return self.represent(client_document(self.shown(client_id)))

    @extend_schema(
        operation_id="updateClient",
        summary="Change a client",
        request=ClientChangesSerializer,
        responses=ClientSerializer,
    )
    def patch(self, request: Request, client_id: uuid.UUID) -> Response:
        """Scopes taken away are gone from its tokens at once. You must hold every scope it has and gets."""
        client = self.locked(client_id)
        check_if_match(request, client_document(client))
        changes = CHANGES.run_validation(request.data)
        change_client(client=client, held=self.principal.scopes, changes=changes)
        return self.represent(client_document(client))


class ClientSecret(ClientsView):
    """A new secret."""

    answers_once: ClassVar[frozenset[str]] = frozenset({"POST"})
    conflicts = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="rotateClientSecret",
        summary="Give a client a new secret",
        request=ClientRotationSerializer,
        responses=ClientWithSecretSerializer,
    )
    def post(self, request: Request, client_id: uuid.UUID) -> Response:
        """The old secret is refused from now on, and what was got with it ends unless you say otherwise.

        The new one is in this answer and nowhere else. You must hold every scope the client has.
        """
        client = self.locked(client_id)
        asked = ROTATION.run_validation(request.data)
        secret = rotate_secret(client=client, held=self.principal.scopes, now=timezone.now(), **asked)
        return Response(secret_document(client, secret))

    def show_again(self, reference: uuid.UUID) -> Response:
        """The client as it is now, without its secret."""
        return Response(secret_document(self.shown(reference), None))


class ClientKeys(Conditional, ClientsView):
    """What a client proves itself by instead of a secret."""

    needs_if_match = frozenset({"PUT"})
    conflicts = {"PUT": ("conflict",)}

    @extend_schema(
        operation_id="setClientKeys",
        summary="Let a client prove itself by a signature",
        request=ClientKeysSerializer,
        responses=ClientSerializer,
    )
    def put(self, request: Request, client_id: uuid.UUID) -> Response:
        """From now on its secret opens nothing; without keys the secret counts again.

        Tokens end that were got by what it proved itself with before.

        It signs RFC 7523 assertions at /oauth/token/ (RS384, ES384), and with a `cds_issuer` its calls of CDS
        Hooks, which count once it has proven the issuer (`proveClientIssuer`). Published keys are read within
        seconds, and until then its requests are answered 503. You must hold every scope the client has.
        """
        client = self.locked(client_id)
        check_if_match(request, client_document(client))
        keys = KEYS.run_validation(request.data)
        set_keys(client=client, held=self.principal.scopes, now=timezone.now(), **keys)
        return self.represent(client_document(client))


class ClientIssuerProof(ClientsView):
    """The proof that an issuer's calls are a client's."""

    conflicts = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="proveClientIssuer",
        summary="Prove that an issuer's calls of CDS Hooks are a client's",
        request=IssuerProofSerializer,
        responses=ClientSerializer,
    )
    def post(self, request: Request, client_id: uuid.UUID) -> Response:
        """Send a token that the software has signed for this very address, with one of the client's keys.

        Its `iss` and `tenant` are those that are registered, its `aud` is the address of this request. From
        then on calls signed with that key are this client's; another key proves itself likewise, unless it is
        published at the issuer's own host. You must hold every scope the client has.
        """
        client = self.locked(client_id)
        token = ISSUER_PROOF.run_validation(request.data)["token"]
        prove_issuer(client=client, held=self.principal.scopes, token=token, now=timezone.now())
        return Response(client_document(client))

    def show_again(self, reference: uuid.UUID) -> Response:
        """The client as it is now."""
        return Response(client_document(self.shown(reference)))


class ClientRevocation(ClientsView):
    """The end of a client."""

    conflicts = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="revokeClient",
        summary="Withdraw a client for good",
        request=None,
        responses=ClientSerializer,
    )
    def post(self, request: Request, client_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Its tokens end at once and it gets no more. It stays in the record of what it did."""
        client = self.locked(client_id)
        by = self.principal.client if self.principal.user is None else None
        revoke_client(client=client, by=by)
        return Response(client_document(client))

    def show_again(self, reference: uuid.UUID) -> Response:
        """The client as it is now."""
        return Response(client_document(self.shown(reference)))
