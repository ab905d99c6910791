// Passkeys: asks the browser for one, puts what it says into the form, and sends the form.
(function () {
  "use strict";

  function options(form) {
    if (form.dataset.passkey !== "sign-in") return Promise.resolve(JSON.parse(form.dataset.options));
    return fetch(form.action, { headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" } })
      .then(function (answer) {
        if (!answer.ok) throw new Error("no options");
        return answer.json();
      })
      .then(function (data) { return data.request_options; });
  }

  function ask(form, wanted) {
    if (form.dataset.passkey !== "create") return window.webauthnJSON.get(wanted);
    var selection = wanted.publicKey.authenticatorSelection;
    selection.residentKey = "required";
    selection.requireResidentKey = true;
    selection.userVerification = "required";
    return window.webauthnJSON.create(wanted);
  }

  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    var button = form.querySelector("button");
    var trouble = form.querySelector("[data-trouble]");
    if (!window.PublicKeyCredential) {
      button.disabled = true;
      return;
    }
    form.addEventListener("submit", function (event) {
      if (form.elements.credential.value) return;
      event.preventDefault();
      trouble.hidden = true;
      options(form)
        .then(function (wanted) { return ask(form, wanted); })
        .then(function (credential) {
          form.elements.credential.value = JSON.stringify(credential);
          form.submit();
        })
        .catch(function () { trouble.hidden = false; });
    });
  });
})();
