"""Whether messages can be spoken, or why not."""

from backend.config.settings import Settings
from backend.openai_client.transcription import NO_MODEL, transcription_model
from backend.setup.models import DictationState
from backend.setup.upstream_choice import is_at_base_url, is_demo, key_is_missing


def dictation_state(settings: Settings) -> DictationState:
    """Goes by the settings alone: only a request can tell whether the server has such a model."""
    if is_demo(settings):
        return DictationState(obstacle="demo")
    if not is_at_base_url(settings):
        return DictationState(obstacle="other_upstream")
    model = transcription_model(settings)
    if model is None:
        is_off = settings.transcription_model == NO_MODEL
        return DictationState(obstacle="off" if is_off else "no_model")
    return (
        DictationState(obstacle="api_key")
        if key_is_missing(settings)
        else DictationState(model=model)
    )
